SET LOCAL check_function_bodies = off; -- a function may call one that comes after it

DROP FUNCTION public.response_seconds(public.contact_leads);
