"""How honest each tenant's exchange data is (数据真实度), in one shared table."""
