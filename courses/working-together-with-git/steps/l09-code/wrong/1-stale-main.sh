. ./prepare.sh
git rebase -q -i --autosquash main
git push -q --force-with-lease
