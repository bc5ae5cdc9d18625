. ./prepare.sh
git log --oneline --graph --all
