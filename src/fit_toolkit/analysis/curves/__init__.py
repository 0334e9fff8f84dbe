"""Expected courses: fitted from many clients' ratings, evaluated in closed form, checked on clients who were held out.

For policies and sheets they are off until they are switched on. A band says where ratings of clients like those in the
pool lay; it is no forecast for one client and no judgement of a therapist. Late responders leave a band and come back.
"""
