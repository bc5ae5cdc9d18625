. ./prepare.sh
git show HEAD~3:prices.txt > ../old-prices.txt
git log -S"late fee" --reverse --format=%s -- rules.txt | head -n 1 > ../fee.txt
git blame -L1,1 --porcelain rules.txt | sed -n 's/^author //p' > ../who.txt
