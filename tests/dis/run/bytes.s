# Arithmetic on bytes: unsigned, wraps at 8 bits; shifts take words.
globals {1w}
	byte {8w}: 200, 3, 0
main {16w}
init:
	begin
	addb {8w}(mp), {8w}(mp), {10w}(fp)
	say b {10w}(fp)
	subb {8w}(mp), {8w+1}(mp), {10w}(fp)
	say b {10w}(fp)
	mulb {8w+1}(mp), {8w}(mp), {10w}(fp)
	say b {10w}(fp)
	divb {8w+1}(mp), {8w}(mp), {10w}(fp)
	say b {10w}(fp)
	modb {8w+1}(mp), {8w}(mp), {10w}(fp)
	say b {10w}(fp)
	andb $15, {8w}(mp), {10w}(fp)
	say b {10w}(fp)
	orb $15, {8w}(mp), {10w}(fp)
	say b {10w}(fp)
	xorb $15, {8w}(mp), {10w}(fp)
	say b {10w}(fp)
	shlb $1, {8w}(mp), {10w}(fp)
	say b {10w}(fp)
	shrb $3, {8w}(mp), {10w}(fp)
	say b {10w}(fp)
	movb {8w}(mp), {10w+1}(fp)
	movb $300, {10w}(fp)
	say b {10w}(fp)
	say b {10w+1}(fp)
	addb {10w}(fp), {10w+1}(fp)
	say b {10w+1}(fp)
	ret
