// exit: 1
import 'some-package';
