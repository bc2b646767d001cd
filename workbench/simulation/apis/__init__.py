"""The APIs the organization uses: what a call of each looks like in a CloudTrail record."""
