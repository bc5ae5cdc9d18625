. ./prepare.sh
git mv hour.txt hours.txt
