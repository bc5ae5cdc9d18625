. ./prepare.sh
git pull -q --no-rebase --no-edit
git log --format=%s main..origin/main > ../incoming.txt
git push -q
