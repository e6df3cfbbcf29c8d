"""What exercise/tell is made of: stage (stations and their answers), screen, page."""
