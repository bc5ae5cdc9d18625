git init -q club
cd club
echo "two books each" > rules.txt
git add rules.txt
git commit -q -m "Limit loans to two books"
echo "saturday 9-17" > hours.txt
git commit -q -m "Say when we are open"
