. ./prepare.sh
git switch -q -c evenings
git switch -q main
git switch -q -c typo
printf 'saturday 9-17\n' > hours.txt
git commit -q -a -m "Spell Saturday right"
git switch -q main
