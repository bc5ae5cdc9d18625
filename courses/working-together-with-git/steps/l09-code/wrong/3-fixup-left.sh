. ./prepare.sh
git fetch -q
git rebase -q origin/main
git push -q --force-with-lease
