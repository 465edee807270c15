#!/bin/sh
# Builds, installs, starts, stops and tests Kube1. The work is done by the program in build/; so does build.ps1.
set -eu
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
command -v dotnet >/dev/null || { echo "build.sh: the .NET 10 SDK is needed: https://dotnet.microsoft.com/download" >&2; exit 1; }
dotnet build build/Build.csproj -c Release -v q -nologo -clp:"ErrorsOnly;NoSummary" >&2
exec dotnet build/bin/Release/net10.0/Build.dll "$@"
