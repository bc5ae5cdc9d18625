. ./prepare.sh
git log --oneline --decorate
