"""The mechanism's organisation (组织机构) as effective-dated data."""
