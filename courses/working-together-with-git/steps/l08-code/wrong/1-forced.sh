. ./prepare.sh
git fetch -q
git log --format=%s main..origin/main > ../incoming.txt
git push -q --force
