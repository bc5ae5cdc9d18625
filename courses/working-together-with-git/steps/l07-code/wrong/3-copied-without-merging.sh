. ./prepare.sh
git merge holidays
git merge --abort
printf '3 books at most, 4 in the holidays\ntwo weeks each\n' > rules.txt
git show holidays:prices.txt > prices.txt
git commit -q -a -m "Take over what holidays did"
