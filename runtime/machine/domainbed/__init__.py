"""A finished sweep of DomainBed (Gulrajani & Lopez-Paz 2021, arXiv:2007.01434) as a report."""
