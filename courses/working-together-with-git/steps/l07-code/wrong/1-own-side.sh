. ./prepare.sh
git merge -q --no-edit -X ours holidays
