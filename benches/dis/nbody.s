# Five bodies that attract one another: records of reals in an array, and square roots of $Math.
globals {1w+16+280} pointers {8w}
	string {8w}: "$Math"
	real {9w}: 0.01, 1000000000.0
	real {9w+16}: 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47841760435743, 4.841431442464721, -1.1603200440274284, -0.10362204447112311, 0.606326392995832, 2.81198684491626, -0.02521836165988763, 0.03769367487038949, 8.34336671824458, 4.124798564124305, -0.4035234171143214, -1.0107743461787924, 1.8256623712304119, 0.008415761376584154, 0.011286326131968767, 12.894369562139131, -15.111151401698631, -0.22330757889265573, 1.0827910064415354, 0.8687130181696082, -0.010832637401363636, 0.0017237240570597114, 15.379697114850917, -25.919314609987964, 0.17925877295037118, 0.979090732243898, 0.5946989986476761, -0.034755955504078104, 0.0020336868699246304
type body 56
main {100w} pointers {10w}, {11w}
imports
import
	use print, 0xac849033
import
	use sqrt, 0xa1d1fe48
init:
	begin
	load {8w}(mp), $1, {11w}(fp)
	newa $5, body, {10w}(fp)
	indx {10w}(fp), {12w}(fp), $0
	movf {9w+16}(mp), 0({12w}(fp))
	movf {9w+24}(mp), 8({12w}(fp))
	movf {9w+32}(mp), 16({12w}(fp))
	movf {9w+40}(mp), 24({12w}(fp))
	movf {9w+48}(mp), 32({12w}(fp))
	movf {9w+56}(mp), 40({12w}(fp))
	movf {9w+64}(mp), 48({12w}(fp))
	indx {10w}(fp), {12w}(fp), $1
	movf {9w+72}(mp), 0({12w}(fp))
	movf {9w+80}(mp), 8({12w}(fp))
	movf {9w+88}(mp), 16({12w}(fp))
	movf {9w+96}(mp), 24({12w}(fp))
	movf {9w+104}(mp), 32({12w}(fp))
	movf {9w+112}(mp), 40({12w}(fp))
	movf {9w+120}(mp), 48({12w}(fp))
	indx {10w}(fp), {12w}(fp), $2
	movf {9w+128}(mp), 0({12w}(fp))
	movf {9w+136}(mp), 8({12w}(fp))
	movf {9w+144}(mp), 16({12w}(fp))
	movf {9w+152}(mp), 24({12w}(fp))
	movf {9w+160}(mp), 32({12w}(fp))
	movf {9w+168}(mp), 40({12w}(fp))
	movf {9w+176}(mp), 48({12w}(fp))
	indx {10w}(fp), {12w}(fp), $3
	movf {9w+184}(mp), 0({12w}(fp))
	movf {9w+192}(mp), 8({12w}(fp))
	movf {9w+200}(mp), 16({12w}(fp))
	movf {9w+208}(mp), 24({12w}(fp))
	movf {9w+216}(mp), 32({12w}(fp))
	movf {9w+224}(mp), 40({12w}(fp))
	movf {9w+232}(mp), 48({12w}(fp))
	indx {10w}(fp), {12w}(fp), $4
	movf {9w+240}(mp), 0({12w}(fp))
	movf {9w+248}(mp), 8({12w}(fp))
	movf {9w+256}(mp), 16({12w}(fp))
	movf {9w+264}(mp), 24({12w}(fp))
	movf {9w+272}(mp), 32({12w}(fp))
	movf {9w+280}(mp), 40({12w}(fp))
	movf {9w+288}(mp), 48({12w}(fp))
	movw $0, {13w}(fp)
step:
	movw $0, {14w}(fp)
first:
	indx {10w}(fp), {12w}(fp), {14w}(fp)
	addw $1, {14w}(fp), {15w}(fp)
	beqw {15w}(fp), $5, moves
second:
	indx {10w}(fp), {16w}(fp), {15w}(fp)
	movf 0({12w}(fp)), {20w}(fp)
	subf 0({16w}(fp)), {20w}(fp)
	movf 8({12w}(fp)), {22w}(fp)
	subf 8({16w}(fp)), {22w}(fp)
	movf 16({12w}(fp)), {24w}(fp)
	subf 16({16w}(fp)), {24w}(fp)
	mulf {20w}(fp), {20w}(fp), {26w}(fp)
	mulf {22w}(fp), {22w}(fp), {28w}(fp)
	addf {28w}(fp), {26w}(fp)
	mulf {24w}(fp), {24w}(fp), {28w}(fp)
	addf {28w}(fp), {26w}(fp)
	mframe {11w}(fp), $0, {17w}(fp)
	movf {26w}(fp), {8w}({17w}(fp))
	lea {30w}(fp), {4w}({17w}(fp))
	mcall {17w}(fp), $0, {11w}(fp)
	mulf {30w}(fp), {26w}(fp)
	divf {26w}(fp), {9w}(mp), {28w}(fp)
	mulf 48({16w}(fp)), {28w}(fp), {32w}(fp)
	mulf 48({12w}(fp)), {28w}(fp), {34w}(fp)
	mulf {32w}(fp), {20w}(fp), {36w}(fp)
	subf {36w}(fp), 24({12w}(fp))
	mulf {34w}(fp), {20w}(fp), {36w}(fp)
	addf {36w}(fp), 24({16w}(fp))
	mulf {32w}(fp), {22w}(fp), {36w}(fp)
	subf {36w}(fp), 32({12w}(fp))
	mulf {34w}(fp), {22w}(fp), {36w}(fp)
	addf {36w}(fp), 32({16w}(fp))
	mulf {32w}(fp), {24w}(fp), {36w}(fp)
	subf {36w}(fp), 40({12w}(fp))
	mulf {34w}(fp), {24w}(fp), {36w}(fp)
	addf {36w}(fp), 40({16w}(fp))
	addw $1, {15w}(fp)
	bltw {15w}(fp), $5, second
	addw $1, {14w}(fp)
	jmp first
moves:
	movw $0, {14w}(fp)
moving:
	indx {10w}(fp), {12w}(fp), {14w}(fp)
	mulf 24({12w}(fp)), {9w}(mp), {36w}(fp)
	addf {36w}(fp), 0({12w}(fp))
	mulf 32({12w}(fp)), {9w}(mp), {36w}(fp)
	addf {36w}(fp), 8({12w}(fp))
	mulf 40({12w}(fp)), {9w}(mp), {36w}(fp)
	addf {36w}(fp), 16({12w}(fp))
	addw $1, {14w}(fp)
	bltw {14w}(fp), $5, moving
	addw $1, {13w}(fp)
	bltw {13w}(fp), $100000, step
	indx {10w}(fp), {12w}(fp), $1
	mulf 0({12w}(fp)), {9w+8}(mp), {36w}(fp)
	cvtfl {36w}(fp), {38w}(fp)
	say l {38w}(fp)
	ret
