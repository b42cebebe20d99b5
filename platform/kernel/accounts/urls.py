"""Addresses of signing in, out and across."""

from django.urls import path

from kernel.accounts import provider_views, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/provider/", provider_views.set_out, name="set_out"),
    path("sign-in/back/", provider_views.back, name="back"),
    path("sign-in/link/", provider_views.link, name="link"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("switch/<slug:slug>/", views.switch, name="switch"),
    path("enter/", views.enter, name="enter"),
    path("members/", views.members, name="members"),
    path("members/identities/", provider_views.identities, name="identities"),
    path("members/identities/<int:pk>/unlink/", provider_views.unlink, name="unlink"),
]
