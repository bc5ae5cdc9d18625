git init -q club
cd club
echo "two books each" > rules.txt
echo "saturday 9-17" > hours.txt
git add .
git commit -q -m "Add the rules and the hours"
