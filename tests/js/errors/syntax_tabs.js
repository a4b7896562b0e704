// exit: 1
function f() {
		return 1 +;
}
