"""x"""
from auditor.model.audit import Audit
from auditor.model.page import RulePages
def render(audit: Audit, pages: RulePages|None=None)->str: return ""
