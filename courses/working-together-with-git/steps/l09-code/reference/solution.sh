. ./prepare.sh
git fetch -q
git rebase -q -i --autosquash origin/main
git push -q --force-with-lease
