. ./prepare.sh
git fetch -q
git log --format=%s main..origin/main > ../incoming.txt
git merge -q --no-edit origin/main
