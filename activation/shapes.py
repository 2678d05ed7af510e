"""Which column of `contacts` a CRM's field comes back as: what echo marks need to know."""

from collections.abc import Mapping

_ADDRESS = {"street": "street", "city": "city"}

FIELDS: Mapping[str, Mapping[str, str]] = {
    "target-odoo": _ADDRESS
    | {
        "name": "full_name", "email": "emails", "phone": "phones", "mobile": "phones",
        "website": "links", "zip": "postal_code", "country_id": "country", "function": "job_title",
        "comment": "bio",
    },
    "target-tryton": _ADDRESS
    | {
        "name": "full_name", "email": "emails", "phone": "phones", "mobile": "phones",
        "website": "links", "postal_code": "postal_code",
    },
    "target-hubspot": {
        "firstname": "given_name", "lastname": "family_name", "email": "emails",
        "phone": "phones", "mobilephone": "phones", "website": "links", "city": "city",
        "zip": "postal_code", "country": "country", "company": "company", "jobtitle": "job_title",
        "address": "street",
    },
    "target-salesforce": {
        "FirstName": "given_name", "LastName": "family_name", "Email": "emails",
        "Phone": "phones", "MobilePhone": "phones", "MailingStreet": "street",
        "MailingCity": "city", "MailingPostalCode": "postal_code", "MailingCountry": "country",
        "Title": "job_title", "Description": "bio",
    },
    "target-suitecrm": {
        "first_name": "given_name", "last_name": "family_name", "email1": "emails",
        "phone_work": "phones", "phone_mobile": "phones", "primary_address_street": "street",
        "primary_address_city": "city", "primary_address_postalcode": "postal_code",
        "title": "job_title", "description": "bio",
    },
    "target-dynamics": {
        "firstname": "given_name", "lastname": "family_name", "emailaddress1": "emails",
        "telephone1": "phones", "mobilephone": "phones", "websiteurl": "links",
        "address1_line1": "street", "address1_city": "city",
        "address1_postalcode": "postal_code", "jobtitle": "job_title", "description": "bio",
    },
}  # fmt: skip
"""By target: CRM field -> column; `shape` of the destination's object in hub.yaml wins."""
