# Makes the repository "club" as it is when you sit down.
git init -q club
cd club
printf 'tea 3\ncoffee 8\n' > prices.txt
printf 'open on saturdays\n' > rules.txt
printf 'saturday 9-17\n' > hours.txt
git add .
git commit -q -m "Write down prices, rules and hours"
printf 'tea 3\ncoffee 6\n' > prices.txt
printf 'open on saturdays\nno food near the books\n' > rules.txt
printf 'what about sundays?\n' > draft.txt
