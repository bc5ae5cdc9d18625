. ./prepare.sh
git commit -q -a -m "Correct the price of coffee"
