package egraph_test

import "flag"

var soundFlag = flag.Int("sound", 3000, "random expressions on which optimising is tried, for each class")
