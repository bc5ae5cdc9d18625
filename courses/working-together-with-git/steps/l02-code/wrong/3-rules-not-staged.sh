. ./prepare.sh
git add prices.txt
git commit -q -m "Correct the price of coffee"
