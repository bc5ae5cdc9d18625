. ./prepare.sh
git status -s
