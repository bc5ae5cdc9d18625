. ./prepare.sh
git log --oneline --decorate --graph --all
