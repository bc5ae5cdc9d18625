. ./prepare.sh
printf 'deposit 20\n' > deposit.txt
git commit -q -a -m "Ask for the deposit again"
