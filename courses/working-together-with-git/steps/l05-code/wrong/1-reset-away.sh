. ./prepare.sh
git restore prices.txt
git restore --staged ideas.txt
git reset -q --hard HEAD~2
