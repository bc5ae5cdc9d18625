. ./prepare.sh
git mv hour.txt hours.txt
git commit -q -m "Rename hour.txt to hours.txt"
printf 'opening hours\nmonday closed\nsaturday 9-17\nsunday 10-16\n' > hours.txt
git commit -q -a -m "Open later on Sundays
Hardly anybody came before ten, and volunteers asked for the hour."
