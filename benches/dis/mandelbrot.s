# Points of the Mandelbrot set on a grid of 600 x 600.
globals {24}
	real {8w}: 2.0, 4.0, 1.5
main {50w}
init:
	begin
	cvtwf $600, {20w}(fp)
	movw $0, {10w}(fp)
	movw $0, {11w}(fp)
rows:
	movw $0, {12w}(fp)
	cvtwf {11w}(fp), {22w}(fp)
	mulf {8w}(mp), {22w}(fp)
	divf {20w}(fp), {22w}(fp)
	cvtwf $1, {40w}(fp)
	subf {40w}(fp), {22w}(fp)
columns:
	cvtwf {12w}(fp), {24w}(fp)
	mulf {8w}(mp), {24w}(fp)
	divf {20w}(fp), {24w}(fp)
	subf {8w+16}(mp), {24w}(fp)
	cvtwf $0, {26w}(fp)
	cvtwf $0, {28w}(fp)
	movw $0, {13w}(fp)
point:
	mulf {26w}(fp), {26w}(fp), {30w}(fp)
	mulf {28w}(fp), {28w}(fp), {32w}(fp)
	addf {30w}(fp), {32w}(fp), {34w}(fp)
	bgtf {34w}(fp), {8w+8}(mp), out
	mulf {26w}(fp), {28w}(fp), {36w}(fp)
	mulf {8w}(mp), {36w}(fp)
	addf {22w}(fp), {36w}(fp), {28w}(fp)
	subf {32w}(fp), {30w}(fp), {36w}(fp)
	addf {24w}(fp), {36w}(fp), {26w}(fp)
	addw $1, {13w}(fp)
	bltw {13w}(fp), $200, point
	addw $1, {10w}(fp)
out:
	addw $1, {12w}(fp)
	bltw {12w}(fp), $600, columns
	addw $1, {11w}(fp)
	bltw {11w}(fp), $600, rows
	say w {10w}(fp)
	ret
