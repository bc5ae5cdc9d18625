. ./prepare.sh
git fetch -q
git merge -q --no-edit origin/main
git push -q
