. ./prepare.sh
git log --oneline
