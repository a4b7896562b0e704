# Every branch with numbers and strings that are less, equal and greater. A bit is set for each that is taken: 1, 2, 4.
globals {4w+48} pointers {8w}, {9w}, {10w}
	string {8w}: "ab"
	string {9w}: "abc"
	string {10w}: "bär"
	big {12w}: -5, 9000000000, 0
	real {12w+24}: -0.5, 3.0, 0.0
main {16w} pointers {12w}
init:
	begin
	movw $0, {10w}(fp)
	beqw $-3, $2, t1_1
	jmp f1_1
t1_1:
	orw $1, {10w}(fp)
f1_1:
	beqw $2, $2, t1_2
	jmp f1_2
t1_2:
	orw $2, {10w}(fp)
f1_2:
	beqw $5, $2, t1_4
	jmp f1_4
t1_4:
	orw $4, {10w}(fp)
f1_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bnew $-3, $2, t2_1
	jmp f2_1
t2_1:
	orw $1, {10w}(fp)
f2_1:
	bnew $2, $2, t2_2
	jmp f2_2
t2_2:
	orw $2, {10w}(fp)
f2_2:
	bnew $5, $2, t2_4
	jmp f2_4
t2_4:
	orw $4, {10w}(fp)
f2_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bltw $-3, $2, t3_1
	jmp f3_1
t3_1:
	orw $1, {10w}(fp)
f3_1:
	bltw $2, $2, t3_2
	jmp f3_2
t3_2:
	orw $2, {10w}(fp)
f3_2:
	bltw $5, $2, t3_4
	jmp f3_4
t3_4:
	orw $4, {10w}(fp)
f3_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	blew $-3, $2, t4_1
	jmp f4_1
t4_1:
	orw $1, {10w}(fp)
f4_1:
	blew $2, $2, t4_2
	jmp f4_2
t4_2:
	orw $2, {10w}(fp)
f4_2:
	blew $5, $2, t4_4
	jmp f4_4
t4_4:
	orw $4, {10w}(fp)
f4_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bgtw $-3, $2, t5_1
	jmp f5_1
t5_1:
	orw $1, {10w}(fp)
f5_1:
	bgtw $2, $2, t5_2
	jmp f5_2
t5_2:
	orw $2, {10w}(fp)
f5_2:
	bgtw $5, $2, t5_4
	jmp f5_4
t5_4:
	orw $4, {10w}(fp)
f5_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bgew $-3, $2, t6_1
	jmp f6_1
t6_1:
	orw $1, {10w}(fp)
f6_1:
	bgew $2, $2, t6_2
	jmp f6_2
t6_2:
	orw $2, {10w}(fp)
f6_2:
	bgew $5, $2, t6_4
	jmp f6_4
t6_4:
	orw $4, {10w}(fp)
f6_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	beqb $3, $200, t7_1
	jmp f7_1
t7_1:
	orw $1, {10w}(fp)
f7_1:
	beqb $200, $200, t7_2
	jmp f7_2
t7_2:
	orw $2, {10w}(fp)
f7_2:
	beqb $200, $3, t7_4
	jmp f7_4
t7_4:
	orw $4, {10w}(fp)
f7_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bneb $3, $200, t8_1
	jmp f8_1
t8_1:
	orw $1, {10w}(fp)
f8_1:
	bneb $200, $200, t8_2
	jmp f8_2
t8_2:
	orw $2, {10w}(fp)
f8_2:
	bneb $200, $3, t8_4
	jmp f8_4
t8_4:
	orw $4, {10w}(fp)
f8_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bltb $3, $200, t9_1
	jmp f9_1
t9_1:
	orw $1, {10w}(fp)
f9_1:
	bltb $200, $200, t9_2
	jmp f9_2
t9_2:
	orw $2, {10w}(fp)
f9_2:
	bltb $200, $3, t9_4
	jmp f9_4
t9_4:
	orw $4, {10w}(fp)
f9_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bleb $3, $200, t10_1
	jmp f10_1
t10_1:
	orw $1, {10w}(fp)
f10_1:
	bleb $200, $200, t10_2
	jmp f10_2
t10_2:
	orw $2, {10w}(fp)
f10_2:
	bleb $200, $3, t10_4
	jmp f10_4
t10_4:
	orw $4, {10w}(fp)
f10_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bgtb $3, $200, t11_1
	jmp f11_1
t11_1:
	orw $1, {10w}(fp)
f11_1:
	bgtb $200, $200, t11_2
	jmp f11_2
t11_2:
	orw $2, {10w}(fp)
f11_2:
	bgtb $200, $3, t11_4
	jmp f11_4
t11_4:
	orw $4, {10w}(fp)
f11_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bgeb $3, $200, t12_1
	jmp f12_1
t12_1:
	orw $1, {10w}(fp)
f12_1:
	bgeb $200, $200, t12_2
	jmp f12_2
t12_2:
	orw $2, {10w}(fp)
f12_2:
	bgeb $200, $3, t12_4
	jmp f12_4
t12_4:
	orw $4, {10w}(fp)
f12_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	beql {12w}(mp), {12w+8}(mp), t13_1
	jmp f13_1
t13_1:
	orw $1, {10w}(fp)
f13_1:
	beql {12w}(mp), {12w}(mp), t13_2
	jmp f13_2
t13_2:
	orw $2, {10w}(fp)
f13_2:
	beql {12w+8}(mp), {12w}(mp), t13_4
	jmp f13_4
t13_4:
	orw $4, {10w}(fp)
f13_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bnel {12w}(mp), {12w+8}(mp), t14_1
	jmp f14_1
t14_1:
	orw $1, {10w}(fp)
f14_1:
	bnel {12w}(mp), {12w}(mp), t14_2
	jmp f14_2
t14_2:
	orw $2, {10w}(fp)
f14_2:
	bnel {12w+8}(mp), {12w}(mp), t14_4
	jmp f14_4
t14_4:
	orw $4, {10w}(fp)
f14_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bltl {12w}(mp), {12w+8}(mp), t15_1
	jmp f15_1
t15_1:
	orw $1, {10w}(fp)
f15_1:
	bltl {12w}(mp), {12w}(mp), t15_2
	jmp f15_2
t15_2:
	orw $2, {10w}(fp)
f15_2:
	bltl {12w+8}(mp), {12w}(mp), t15_4
	jmp f15_4
t15_4:
	orw $4, {10w}(fp)
f15_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	blel {12w}(mp), {12w+8}(mp), t16_1
	jmp f16_1
t16_1:
	orw $1, {10w}(fp)
f16_1:
	blel {12w}(mp), {12w}(mp), t16_2
	jmp f16_2
t16_2:
	orw $2, {10w}(fp)
f16_2:
	blel {12w+8}(mp), {12w}(mp), t16_4
	jmp f16_4
t16_4:
	orw $4, {10w}(fp)
f16_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bgtl {12w}(mp), {12w+8}(mp), t17_1
	jmp f17_1
t17_1:
	orw $1, {10w}(fp)
f17_1:
	bgtl {12w}(mp), {12w}(mp), t17_2
	jmp f17_2
t17_2:
	orw $2, {10w}(fp)
f17_2:
	bgtl {12w+8}(mp), {12w}(mp), t17_4
	jmp f17_4
t17_4:
	orw $4, {10w}(fp)
f17_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bgel {12w}(mp), {12w+8}(mp), t18_1
	jmp f18_1
t18_1:
	orw $1, {10w}(fp)
f18_1:
	bgel {12w}(mp), {12w}(mp), t18_2
	jmp f18_2
t18_2:
	orw $2, {10w}(fp)
f18_2:
	bgel {12w+8}(mp), {12w}(mp), t18_4
	jmp f18_4
t18_4:
	orw $4, {10w}(fp)
f18_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	beqf {12w+24}(mp), {12w+32}(mp), t19_1
	jmp f19_1
t19_1:
	orw $1, {10w}(fp)
f19_1:
	beqf {12w+24}(mp), {12w+24}(mp), t19_2
	jmp f19_2
t19_2:
	orw $2, {10w}(fp)
f19_2:
	beqf {12w+32}(mp), {12w+24}(mp), t19_4
	jmp f19_4
t19_4:
	orw $4, {10w}(fp)
f19_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bnef {12w+24}(mp), {12w+32}(mp), t20_1
	jmp f20_1
t20_1:
	orw $1, {10w}(fp)
f20_1:
	bnef {12w+24}(mp), {12w+24}(mp), t20_2
	jmp f20_2
t20_2:
	orw $2, {10w}(fp)
f20_2:
	bnef {12w+32}(mp), {12w+24}(mp), t20_4
	jmp f20_4
t20_4:
	orw $4, {10w}(fp)
f20_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bltf {12w+24}(mp), {12w+32}(mp), t21_1
	jmp f21_1
t21_1:
	orw $1, {10w}(fp)
f21_1:
	bltf {12w+24}(mp), {12w+24}(mp), t21_2
	jmp f21_2
t21_2:
	orw $2, {10w}(fp)
f21_2:
	bltf {12w+32}(mp), {12w+24}(mp), t21_4
	jmp f21_4
t21_4:
	orw $4, {10w}(fp)
f21_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	blef {12w+24}(mp), {12w+32}(mp), t22_1
	jmp f22_1
t22_1:
	orw $1, {10w}(fp)
f22_1:
	blef {12w+24}(mp), {12w+24}(mp), t22_2
	jmp f22_2
t22_2:
	orw $2, {10w}(fp)
f22_2:
	blef {12w+32}(mp), {12w+24}(mp), t22_4
	jmp f22_4
t22_4:
	orw $4, {10w}(fp)
f22_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bgtf {12w+24}(mp), {12w+32}(mp), t23_1
	jmp f23_1
t23_1:
	orw $1, {10w}(fp)
f23_1:
	bgtf {12w+24}(mp), {12w+24}(mp), t23_2
	jmp f23_2
t23_2:
	orw $2, {10w}(fp)
f23_2:
	bgtf {12w+32}(mp), {12w+24}(mp), t23_4
	jmp f23_4
t23_4:
	orw $4, {10w}(fp)
f23_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bgef {12w+24}(mp), {12w+32}(mp), t24_1
	jmp f24_1
t24_1:
	orw $1, {10w}(fp)
f24_1:
	bgef {12w+24}(mp), {12w+24}(mp), t24_2
	jmp f24_2
t24_2:
	orw $2, {10w}(fp)
f24_2:
	bgef {12w+32}(mp), {12w+24}(mp), t24_4
	jmp f24_4
t24_4:
	orw $4, {10w}(fp)
f24_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	beqc {8w}(mp), {9w}(mp), t25_1
	jmp f25_1
t25_1:
	orw $1, {10w}(fp)
f25_1:
	beqc {9w}(mp), {9w}(mp), t25_2
	jmp f25_2
t25_2:
	orw $2, {10w}(fp)
f25_2:
	beqc {10w}(mp), {9w}(mp), t25_4
	jmp f25_4
t25_4:
	orw $4, {10w}(fp)
f25_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bnec {8w}(mp), {9w}(mp), t26_1
	jmp f26_1
t26_1:
	orw $1, {10w}(fp)
f26_1:
	bnec {9w}(mp), {9w}(mp), t26_2
	jmp f26_2
t26_2:
	orw $2, {10w}(fp)
f26_2:
	bnec {10w}(mp), {9w}(mp), t26_4
	jmp f26_4
t26_4:
	orw $4, {10w}(fp)
f26_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bltc {8w}(mp), {9w}(mp), t27_1
	jmp f27_1
t27_1:
	orw $1, {10w}(fp)
f27_1:
	bltc {9w}(mp), {9w}(mp), t27_2
	jmp f27_2
t27_2:
	orw $2, {10w}(fp)
f27_2:
	bltc {10w}(mp), {9w}(mp), t27_4
	jmp f27_4
t27_4:
	orw $4, {10w}(fp)
f27_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	blec {8w}(mp), {9w}(mp), t28_1
	jmp f28_1
t28_1:
	orw $1, {10w}(fp)
f28_1:
	blec {9w}(mp), {9w}(mp), t28_2
	jmp f28_2
t28_2:
	orw $2, {10w}(fp)
f28_2:
	blec {10w}(mp), {9w}(mp), t28_4
	jmp f28_4
t28_4:
	orw $4, {10w}(fp)
f28_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bgtc {8w}(mp), {9w}(mp), t29_1
	jmp f29_1
t29_1:
	orw $1, {10w}(fp)
f29_1:
	bgtc {9w}(mp), {9w}(mp), t29_2
	jmp f29_2
t29_2:
	orw $2, {10w}(fp)
f29_2:
	bgtc {10w}(mp), {9w}(mp), t29_4
	jmp f29_4
t29_4:
	orw $4, {10w}(fp)
f29_4:
	say w {10w}(fp)
	movw $0, {10w}(fp)
	bgec {8w}(mp), {9w}(mp), t30_1
	jmp f30_1
t30_1:
	orw $1, {10w}(fp)
f30_1:
	bgec {9w}(mp), {9w}(mp), t30_2
	jmp f30_2
t30_2:
	orw $2, {10w}(fp)
f30_2:
	bgec {10w}(mp), {9w}(mp), t30_4
	jmp f30_4
t30_4:
	orw $4, {10w}(fp)
f30_4:
	say w {10w}(fp)
	note "nil is an empty string"
	movw $0, {10w}(fp)
	beqc {12w}(fp), {12w}(fp), same
	jmp last
same:
	bltc {12w}(fp), {8w}(mp), less
	jmp last
less:
	movw $1, {10w}(fp)
last:
	say w {10w}(fp)
	ret
