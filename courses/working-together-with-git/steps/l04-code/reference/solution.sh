. ./prepare.sh
git show HEAD~3:prices.txt > ../old-prices.txt
git log -S"late fee" --reverse --format=%s -- rules.txt | head -n 1 > ../fee.txt
git log -S"two weeks" --reverse --format=%an -- rules.txt | head -n 1 > ../who.txt
