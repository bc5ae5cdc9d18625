. ./prepare.sh
git status -s -b
