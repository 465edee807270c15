#!/usr/bin/env pwsh
# Builds, installs, starts, stops and tests Kube1. The work is done by the program in build/; so does build.sh.
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'
if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    Write-Error 'build.ps1: the .NET 10 SDK is needed: https://dotnet.microsoft.com/download'
}
dotnet build build/Build.csproj -c Release -v q -nologo '-clp:ErrorsOnly;NoSummary'
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
dotnet build/bin/Release/net10.0/Build.dll @args
exit $LASTEXITCODE
