. ./prepare.sh
git restore prices.txt
git restore --staged ideas.txt
git revert --no-edit HEAD~1
