. ./prepare.sh
git reset -q --keep HEAD~2
git branch evenings
git switch -q -c typo
printf 'saturday 9-17\n' > hours.txt
git commit -q -a -m "Spell Saturday right"
git switch -q main
