// exit: 1
const use = () => {
  undefinedName += 1;
};
use();
