. ./prepare.sh
git fetch -q
git diff --name-only main...origin/soup > ../review.txt
printf 'settings.env\n' > .gitignore
git add .gitignore
git commit -q -m "Keep settings out of the repository"
git switch -q -c soup origin/soup~1
git switch -q main
git merge -q --squash soup
printf '3 books at most, keep soup away from them\ntwo weeks each\n' > rules.txt
git add rules.txt
git commit -q -m "Sell soup"
git tag -a v1.0.0 -m "Soup, and three books each"
git push -q origin main v1.0.0
git push -q origin --delete soup
