. ./prepare.sh
git reset -q --hard
git revert --no-edit HEAD~1
