"""Addresses of signing in, out and across."""

from django.urls import path

from kernel.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("switch/<slug:slug>/", views.switch, name="switch"),
    path("enter/", views.enter, name="enter"),
    path("members/", views.members, name="members"),
]
