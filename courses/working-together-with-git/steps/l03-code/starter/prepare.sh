# Makes the repository "club": one file with an awkward name.
git init -q club
cd club
printf 'opening hours\nmonday closed\nsaturday 9-17\nsunday 9-17\n' > hour.txt
git add .
git commit -q -m "Write down the hours"
