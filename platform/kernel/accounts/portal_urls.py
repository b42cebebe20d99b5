"""The address on the portal that the identity provider sends everybody back to."""

from django.urls import path

from kernel.accounts import provider_views

app_name = "provider"
urlpatterns = [path("back/", provider_views.signpost, name="signpost")]
