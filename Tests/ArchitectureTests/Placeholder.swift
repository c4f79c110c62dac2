// Its first part follows.
