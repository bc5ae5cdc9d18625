. ./prepare.sh
git add .
git commit -q -m "Correct the price of coffee"
