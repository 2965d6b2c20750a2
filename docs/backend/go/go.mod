module tokenserver

go 1.19
