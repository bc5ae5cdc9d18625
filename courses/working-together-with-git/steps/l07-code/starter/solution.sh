. ./prepare.sh
git merge holidays
cat rules.txt
